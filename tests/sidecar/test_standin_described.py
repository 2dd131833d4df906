"""A prototype whose tables were made in a dashboard gets them from its generated types."""

from __future__ import annotations

import json
from pathlib import Path

from standin_project import Project, start

TYPES = """
export type Database = {
  public: {
    Tables: {
      rooms: {
        Row: { id: string; name: string; kind: Database["public"]["Enums"]["kind"] | null }
        Insert: { id?: string; name: string; kind?: Database["public"]["Enums"]["kind"] | null }
        Update: { id?: string; name?: string; kind?: Database["public"]["Enums"]["kind"] | null }
        Relationships: []
      }
      bookings: {
        Row: { id: string; room_id: string | null; starts_at: string }
        Insert: { id?: string; room_id?: string | null; starts_at: string }
        Update: { id?: string; room_id?: string | null; starts_at?: string }
        Relationships: [
          {
            foreignKeyName: "bookings_room_id_fkey"
            columns: ["room_id"]
            isOneToOne: false
            referencedRelation: "rooms"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: { [_ in never]: never }
    Functions: { [_ in never]: never }
    Enums: { kind: "small" | "large" }
  }
}
"""
CLIENT = """
import { createClient } from '@supabase/supabase-js'
export const db = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_ANON_KEY)
export const rooms = () => db.from('rooms').select('*')
"""


def test_tables_of_the_types_are_there_with_their_relationships_and_it_is_said(
    tmp_path: Path,
) -> None:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "src" / "types.ts").write_text(TYPES)
    (root / "src" / "client.ts").write_text(CLIENT)
    packages = {"dependencies": {"@supabase/supabase-js": "^2.50.0"}}
    (root / "package.json").write_text(json.dumps(packages))
    project: Project = start(root, tmp_path / "place")
    try:
        room = {"name": "Blue", "kind": "small"}
        full = "return=representation"
        made = project.ask("POST", "/rest/v1/rooms", room, prefer=full).json()[0]
        project.ask("POST", "/rest/v1/bookings", {"room_id": made["id"], "starts_at": "2025-01-01"})
        rows = project.rest("rooms?select=name,bookings(starts_at)")
        assert [(row["name"], len(row["bookings"])) for row in rows] == [("Blue", 1)]
        wrong = project.ask("POST", "/rest/v1/rooms", {"name": "x", "kind": "huge"})
        assert wrong.json()["code"] == "22P02"
    finally:
        project.stop()
    assert any("no migration makes bookings, rooms" in line for line in project.told)
    assert any("whose policies nobody knows" in line for line in project.told)
