"""Small clients that programs copy or import; each file stands alone."""
