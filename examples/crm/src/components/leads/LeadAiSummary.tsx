import { useState } from "react";
import { Sparkles } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { supabase } from "@/integrations/supabase/client";

interface LeadAiSummaryProps {
  leadId: string;
  initialSummary: string | null;
}

export function LeadAiSummary({ leadId, initialSummary }: LeadAiSummaryProps) {
  const [summary, setSummary] = useState(initialSummary ?? "");
  const [loading, setLoading] = useState(false);

  const generate = async () => {
    setLoading(true);
    try {
      const { data, error } = await supabase.functions.invoke("ai-lead-summary", { body: { leadId } });
      if (error) throw error;
      setSummary(data.summary);
    } catch (error) {
      console.error("Summary failed:", error);
      toast.error("The summary could not be created, please try again.");
    } finally {
      setLoading(false);
    }
  };

  return (
    <Card>
      <CardHeader className="flex flex-row items-center justify-between">
        <CardTitle className="text-base">AI summary</CardTitle>
        <Button size="sm" variant="outline" onClick={generate} disabled={loading}>
          <Sparkles />
          {loading ? "Thinking…" : "Summarize"}
        </Button>
      </CardHeader>
      <CardContent>
        {summary ? (
          <div className="prose prose-sm" dangerouslySetInnerHTML={{ __html: summary }} />
        ) : (
          <p className="text-sm text-muted-foreground">No summary yet.</p>
        )}
      </CardContent>
    </Card>
  );
}
