"""The report that one hands to others: one HTML file."""

from shipworthy.report.html.page import html_report

__all__ = ["html_report"]
