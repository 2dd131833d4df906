import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Textarea } from "@/components/ui/textarea";
import { useAuth } from "@/contexts/AuthContext";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";
import { timeAgo } from "@/lib/format";

interface LeadNotesProps {
  leadId: string;
  organizationId: string;
}

export function LeadNotes({ leadId, organizationId }: LeadNotesProps) {
  const { user } = useAuth();
  const [notes, setNotes] = useState<Tables<"notes">[]>([]);
  const [body, setBody] = useState("");

  const loadNotes = async () => {
    const { data } = await supabase
      .from("notes")
      .select("*")
      .eq("lead_id", leadId)
      .order("created_at", { ascending: false });
    setNotes(data ?? []);
  };

  useEffect(() => {
    loadNotes();
  }, [leadId]);

  const addNote = async () => {
    try {
      const { error } = await supabase
        .from("notes")
        .insert({ body, lead_id: leadId, organization_id: organizationId, author_id: user!.id });
      if (error) throw error;
    } catch (error) {
      console.log("Error adding note", error);
    }
    toast.success("Note added");
    setBody("");
    loadNotes();
  };

  return (
    <Card>
      <CardHeader>
        <CardTitle className="text-base">Notes</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        <Textarea value={body} onChange={(e) => setBody(e.target.value)} placeholder="Write a note…" />
        <Button size="sm" disabled={!body.trim()} onClick={addNote}>
          Add note
        </Button>
        {notes.map((note) => (
          <div key={note.id} className="border-t pt-3 text-sm">
            <p className="whitespace-pre-wrap">{note.body}</p>
            <p className="text-xs text-muted-foreground">{timeAgo(note.created_at)}</p>
          </div>
        ))}
      </CardContent>
    </Card>
  );
}
