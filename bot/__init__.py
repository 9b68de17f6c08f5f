"""The guide: How can we help you?"""
