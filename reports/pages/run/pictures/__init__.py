"""What is said below pictures, and the pictures of a day on which nothing moved."""
