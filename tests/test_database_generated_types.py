"""Generated database types are read into tables, keys and enums."""

from __future__ import annotations

import time

import pytest

from shipworthy.database.generated_types import TypedColumn, TypedReference, read_types

GENERATED = """
export type Json = string | number | { [key: string]: Json | undefined } | Json[]
export type Database = {
  // Allows to automatically instantiate createClient with right options
  __InternalSupabase: {
    PostgrestVersion: "13.0.5"
  }
  public: {
    Tables: {
      tasks: {
        Row: {
          done: boolean | null
          id: string
          owner_id: string
          role: Database["public"]["Enums"]["role"]
          tags: string[] | null
        }
        Insert: {
          done?: boolean | null
          id?: string
          owner_id: string
          role?: Database["public"]["Enums"]["role"]
          tags?: string[] | null
        }
        Update: { id?: string }
        Relationships: [
          {
            foreignKeyName: "tasks_owner_id_fkey"
            columns: ["owner_id"]
            isOneToOne: false
            referencedRelation: "profiles"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      open_tasks: { Row: { id: string | null }; Relationships: [] }
    }
    Functions: {
      has_role: { Args: { _role: Database["public"]["Enums"]["role"] }; Returns: boolean }
    }
    Enums: {
      role: "admin" | "user"
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}
export const Constants = { public: { Enums: { role: ["admin", "user"] } } } as const
"""

BY_HAND = """
export interface Database { public: { Tables: {
  notes: {
    Row: { id: number; body: string | null, kind: 'a' | 'b'; at: string; };
    Insert: Omit<Database['public']['Tables']['notes']['Row'], 'id'>;
    Relationships: [ { foreignKeyName: 'fk', columns: ['body'], referencedRelation: 'bodies' } ];
  };
}; Enums: { level: 'low' | 'high' } } }
"""


def test_tables_columns_and_keys_are_read() -> None:
    types = read_types("types.ts", GENERATED)
    tasks = types.tables["public.tasks"]
    assert tasks.columns == (
        TypedColumn("done", "boolean", nullable=True, optional=True),
        TypedColumn("id", "string", nullable=False, optional=True),
        TypedColumn("owner_id", "string", nullable=False, optional=False),
        TypedColumn(
            "role",
            'Database["public"]["Enums"]["role"]',
            nullable=False,
            optional=True,
            enum="public.role",
        ),
        TypedColumn("tags", "string[]", nullable=True, optional=True),
    )
    assert tasks.references == (
        TypedReference("tasks_owner_id_fkey", ("owner_id",), "profiles", ("id",)),
    )
    assert GENERATED.splitlines()[tasks.line - 1].strip() == "tasks: {"


def test_views_functions_and_enums_are_read() -> None:
    types = read_types("types.ts", GENERATED)
    assert types.tables["public.open_tasks"].view
    assert types.functions == {"public.has_role"}
    assert types.enums == {"public.role": ("admin", "user")}


def test_a_file_kept_by_hand_is_read() -> None:
    types = read_types("types.ts", BY_HAND)
    notes = types.tables["public.notes"]
    assert [(c.name, c.type, c.nullable) for c in notes.columns] == [
        ("id", "number", False),
        ("body", "string", True),
        ("kind", "'a'|'b'", False),
        ("at", "string", False),
    ]
    assert notes.references == (TypedReference("fk", ("body",), "bodies", ("id",)),)
    assert types.enums == {"public.level": ("low", "high")}


@pytest.mark.parametrize(
    "text",
    ["", "export type Database = any", "interface Database { get(): void }", "type Database = {"],
)
def test_other_files_read_as_empty(text: str) -> None:
    types = read_types("types.ts", text)
    assert not types.tables
    assert not types.enums


@pytest.mark.parametrize("piece", ["{a:", "[", "<", "type Database = {", '"', "/*"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    begun = time.process_time()
    assert not read_types("types.ts", "type Database = {" + piece * 100_000).tables
    assert time.process_time() - begun < 15
