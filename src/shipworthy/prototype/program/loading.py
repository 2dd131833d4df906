"""Modules that no runtime loads: a name that is imported and declared once more."""

from __future__ import annotations

from shipworthy.prototype.program.nodes import Class, Define, Let, Module, Name


def declared_twice(module: Module) -> str:
    """The name that a module of JavaScript or TypeScript imports and declares again at its top, which is
    a SyntaxError for every runtime and bundler; "" where there is none. Python takes the later one."""
    if module.python:
        return ""
    imported = {one.local for one in module.imports}
    declared = (_name(statement) for statement in module.body)
    return next((name for name in declared if name in imported), "")


def _name(statement: object) -> str:
    match statement:
        case Define(function=function):
            return function.name
        case Class(name=name):
            return name
        case Let(target=Name(id=name), declared=True):
            return name
    return ""
