import { useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { supabase } from "@/integrations/supabase/client";

interface LeadBulkActionsProps {
  selected: string[];
  onDone: () => void;
}

export function LeadBulkActions({ selected, onDone }: LeadBulkActionsProps) {
  const queryClient = useQueryClient();

  const markContacted = async () => {
    for (const id of selected) {
      await supabase
        .from("leads")
        .update({ status: "contacted", last_contacted_at: new Date().toISOString() })
        .eq("id", id);
    }
    toast.success(`${selected.length} leads updated`);
    queryClient.invalidateQueries({ queryKey: ["leads"] });
    onDone();
  };

  const disqualify = async () => {
    const { error } = await supabase.from("leads").update({ status: "unqualified" }).in("id", selected);
    if (error) {
      toast.error(error.message);
      return;
    }
    toast.success(`${selected.length} leads disqualified`);
    queryClient.invalidateQueries({ queryKey: ["leads"] });
    onDone();
  };

  if (selected.length === 0) return null;

  return (
    <div className="flex items-center gap-2 rounded-md border bg-muted p-2 text-sm">
      <span>{selected.length} selected</span>
      <Button size="sm" variant="outline" onClick={markContacted}>
        Mark as contacted
      </Button>
      <Button size="sm" variant="outline" onClick={disqualify}>
        Disqualify
      </Button>
    </div>
  );
}
