"""The Cloudflare API of Workers scripts on loopback: strict, and honest about what it assumes."""
