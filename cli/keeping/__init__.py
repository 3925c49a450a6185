"""Keeping an installation: backups, bringing one back, and newer versions."""
