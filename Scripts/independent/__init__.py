"""A second implementation of what our vectors rest on, written from the specifications alone, in plain Python.

It exists to disagree with the Swift sources. It is slow, holds nothing secret, and no product may use it.
"""
