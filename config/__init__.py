"""The settings of this process, read once from the environment into frozen sections."""

from config.settings import Settings, load

__all__ = ["Settings", "load"]
