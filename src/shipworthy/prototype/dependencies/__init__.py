"""Packages: what manifests ask for, what lock files pin, what advisories say."""
