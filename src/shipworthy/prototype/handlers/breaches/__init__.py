"""What the caller of an entry point can do without a right to it, and how bad that is."""

from shipworthy.prototype.handlers.breaches.breach import Breach, Judged
from shipworthy.prototype.handlers.breaches.judge import breaches
from shipworthy.prototype.handlers.breaches.meant import lends_its_key

__all__ = ["Breach", "Judged", "breaches", "lends_its_key"]
