"""Files: opened by their bytes, written whole or not at all; the native container."""
