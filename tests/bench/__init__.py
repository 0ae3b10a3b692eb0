"""Measurements of the program; `python3 build/make.py bench` prints them."""
