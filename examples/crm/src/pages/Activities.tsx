import { useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useAuth } from "@/contexts/AuthContext";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import { formatDate } from "@/lib/format";
import { readJson, writeJson } from "@/lib/storage";

const SHOW_DONE_KEY = "leadloom:activities:show-done";

const Activities = () => {
  const { user } = useAuth();
  const { organizationId } = useOrganization();
  const queryClient = useQueryClient();
  const [showDone, setShowDone] = useState(() => readJson(SHOW_DONE_KEY, false));
  const [subject, setSubject] = useState("");

  const { data: activities = [], error } = useQuery({
    queryKey: ["activities", organizationId, showDone],
    enabled: !!organizationId,
    queryFn: async () => {
      let query = supabase
        .from("activities")
        .select("id, type, subject, due_at, completed_at, leads(first_name, last_name), deals(title)")
        .eq("organization_id", organizationId!)
        .order("due_at", { ascending: true })
        .limit(200);
      if (!showDone) query = query.is("completed_at", null);
      const { data, error } = await query;
      if (error) throw error;
      return data;
    },
  });

  const addTask = useMutation({
    mutationFn: async () => {
      const { error } = await supabase.from("activities").insert({
        type: "task",
        subject,
        organization_id: organizationId!,
        assigned_to: user!.id,
        created_by: user!.id,
        due_at: new Date().toISOString(),
      });
      if (error) throw error;
    },
    onSuccess: () => {
      setSubject("");
      queryClient.invalidateQueries({ queryKey: ["activities"] });
    },
    onError: (error) => toast.error(error.message),
  });

  const complete = async (id: string) => {
    await supabase.from("activities").update({ completed_at: new Date().toISOString() }).eq("id", id);
    queryClient.invalidateQueries({ queryKey: ["activities"] });
  };

  const completeAll = async () => {
    const ids = activities.filter((a) => !a.completed_at).map((a) => a.id);
    const { error } = await supabase
      .from("activities")
      .update({ completed_at: new Date().toISOString() })
      .in("id", ids);
    if (error) toast.error(error.message);
    queryClient.invalidateQueries({ queryKey: ["activities"] });
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Activities</h1>
        <div className="flex items-center gap-4 text-sm">
          <Button variant="outline" size="sm" onClick={completeAll}>
            Complete all
          </Button>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={showDone}
              onChange={(e) => {
                setShowDone(e.target.checked);
                writeJson(SHOW_DONE_KEY, e.target.checked);
              }}
            />
            Show completed
          </label>
        </div>
      </div>
      <div className="flex gap-2">
        <Input placeholder="New task…" value={subject} onChange={(e) => setSubject(e.target.value)} />
        <Button onClick={() => addTask.mutate()} disabled={!subject.trim() || addTask.isPending}>
          Add
        </Button>
      </div>
      {error && <p className="text-destructive">{error.message}</p>}
      <ul className="divide-y rounded-md border bg-card">
        {activities.map((activity) => (
          <li key={activity.id} className="flex items-center gap-3 p-3 text-sm">
            <Badge variant="outline">{activity.type}</Badge>
            <span className="flex-1">
              {activity.subject}
              <span className="ml-2 text-muted-foreground">{activity.deals?.title ?? activity.leads?.first_name}</span>
            </span>
            <span className="text-muted-foreground">{formatDate(activity.due_at)}</span>
            {!activity.completed_at && (
              <Button size="sm" variant="ghost" onClick={() => complete(activity.id)}>
                Done
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
};

export default Activities;
