"""What the reference's images are: copies, scenes, and the window's own images among them."""
