"""How a picture was made: written into PNG, JPEG and WebP, and read from them; the pixels stay as they are."""
