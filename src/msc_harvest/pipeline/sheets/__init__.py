"""Sheets of values that people read: the file as it comes, its rows beside each other, every fault with its line."""
