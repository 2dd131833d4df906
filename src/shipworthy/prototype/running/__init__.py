"""How each program of a prototype is built and started, as its files say."""

from shipworthy.prototype.running.choosing import Chosen, choose
from shipworthy.prototype.running.program import Files, Program, Way
from shipworthy.prototype.running.programs import read_programs

__all__ = ["Chosen", "Files", "Program", "Way", "choose", "read_programs"]
