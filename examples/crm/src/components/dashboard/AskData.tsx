import { useState, type FormEvent } from "react";
import { Loader2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { supabase } from "@/integrations/supabase/client";

export function AskData({ organizationId }: { organizationId: string }) {
  const [question, setQuestion] = useState("");
  const [rows, setRows] = useState<Record<string, unknown>[]>([]);
  const [problem, setProblem] = useState("");
  const [loading, setLoading] = useState(false);

  const ask = async (event: FormEvent) => {
    event.preventDefault();
    setLoading(true);
    setProblem("");
    const { data, error } = await supabase.functions.invoke("ask-data", { body: { question, organizationId } });
    setLoading(false);
    if (error) {
      setProblem("I could not answer that, please try to phrase it differently.");
      return;
    }
    setRows(data.rows);
  };

  return (
    <Card>
      <CardHeader>
        <CardTitle className="text-base">Ask your data</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        <form onSubmit={ask} className="flex gap-2">
          <Input
            value={question}
            onChange={(e) => setQuestion(e.target.value)}
            placeholder="Which deals close this month?"
          />
          <Button type="submit" disabled={loading || !question}>
            {loading ? <Loader2 className="animate-spin" /> : "Ask"}
          </Button>
        </form>
        {problem && <p className="text-sm text-destructive">{problem}</p>}
        {rows.length > 0 && <pre className="overflow-auto text-xs">{JSON.stringify(rows, null, 2)}</pre>}
      </CardContent>
    </Card>
  );
}
