"""How a model sees images: embeddings and answers, each image once."""
