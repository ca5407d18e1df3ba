"""Deploys Cloudflare Workers from any CI, without Node at run time."""

__version__ = "1.0.0"
