"""What expressions give while an entry point is followed, and what a test of them would prove."""

from shipworthy.prototype.handlers.evaluation.asked import Asked
from shipworthy.prototype.handlers.evaluation.budget import BUDGET
from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation
from shipworthy.prototype.handlers.evaluation.expressions import CHOSEN, SETTLED, UNAWAITED
from shipworthy.prototype.handlers.evaluation.members import ANY_KEY
from shipworthy.prototype.handlers.evaluation.routing import Mounted, Registered, Routing
from shipworthy.prototype.handlers.evaluation.site import Knowledge, Site

__all__ = [
    "ANY_KEY",
    "BUDGET",
    "CHOSEN",
    "SETTLED",
    "UNAWAITED",
    "Asked",
    "Evaluation",
    "Knowledge",
    "Mounted",
    "Registered",
    "Routing",
    "Site",
]
