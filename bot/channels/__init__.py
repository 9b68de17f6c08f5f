"""The ways people talk with the guide. Each verifies, translates in, and renders out; none decides what is said."""
