"""Figures for whoever watches an office from outside, as Prometheus asks for them."""
