"""How people keep labelled images, one layout a file: each lists image files with their classes and splits."""
