"""Figures for Prometheus: each process keeps its own and serves them on a socket of its own; one port shows all."""
