"""Delivery: golden contacts become rows of import operations and the files that carry them."""

from engine.delivery.deliver import deliver

__all__ = ["deliver"]
