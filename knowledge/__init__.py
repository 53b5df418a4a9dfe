"""What ClicDroit knows: the content, its model, and the generations built from it."""
