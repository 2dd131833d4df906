"""Who decided what, when and until when: a log that cannot be changed unseen."""

from shipworthy.register.entry import BrokenRegister, Entry
from shipworthy.register.register import NoRegister, Register

__all__ = ["BrokenRegister", "Entry", "NoRegister", "Register"]
