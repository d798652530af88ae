"""Expected outputs that are compared byte for byte, and the prepared histories they come from."""
