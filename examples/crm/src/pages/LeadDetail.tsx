import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { toast } from "sonner";
import { EmailComposer } from "@/components/email/EmailComposer";
import { LeadAiSummary } from "@/components/leads/LeadAiSummary";
import { LeadNotes } from "@/components/leads/LeadNotes";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import type { Lead } from "@/hooks/useLeads";
import { supabase } from "@/integrations/supabase/client";
import { LEAD_STATUSES } from "@/lib/constants";
import { formatCurrency, formatDate, fullName } from "@/lib/format";

const LeadDetail = () => {
  const { id } = useParams<{ id: string }>();
  const navigate = useNavigate();
  const [lead, setLead] = useState<Lead | null>(null);

  useEffect(() => {
    const fetchLead = async () => {
      const { data, error } = await supabase.from("leads").select("*").eq("id", id!).maybeSingle();
      if (error) {
        toast.error(`Could not load the lead: ${error.message}`);
        return;
      }
      setLead(data);
    };
    fetchLead();
  }, [id]);

  const changeStatus = async (status: string) => {
    try {
      await supabase.from("leads").update({ status }).eq("id", id!);
      setLead({ ...lead!, status });
    } catch {}
  };

  const convert = async () => {
    try {
      const { data: deal, error } = await supabase
        .from("deals")
        .insert({
          title: `${lead!.company_name ?? fullName(lead!)} – new business`,
          value: lead!.estimated_value ?? 0,
          lead_id: lead!.id,
          organization_id: lead!.organization_id,
        })
        .select("id")
        .single();
      if (error) throw error;

      const { error: leadError } = await supabase.from("leads").update({ status: "converted" }).eq("id", lead!.id);
      if (leadError) throw leadError;
      toast.success("Lead converted to a deal");
      navigate("/deals", { state: { highlight: deal.id } });
    } catch (error) {
      toast.error(error instanceof Error ? error.message : "Could not convert the lead");
    }
  };

  if (!lead) return <p>Loading…</p>;

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <div className="flex items-center gap-3">
          <h1 className="text-3xl font-bold">{fullName(lead)}</h1>
          <Badge>{lead.score} points</Badge>
        </div>
        <div className="flex gap-2">
          <EmailComposer lead={lead} />
          <Button onClick={convert} disabled={lead.status === "converted"}>
            Convert to deal
          </Button>
        </div>
      </div>
      <div className="grid gap-6 lg:grid-cols-3">
        <Card>
          <CardHeader>
            <CardTitle className="text-base">Details</CardTitle>
          </CardHeader>
          <CardContent className="space-y-3 text-sm">
            <p>{lead.email}</p>
            <p>{lead.phone}</p>
            <p>{lead.company_name}</p>
            <p>Estimated value: {formatCurrency(lead.estimated_value)}</p>
            <p>Created {formatDate(lead.created_at)}</p>
            <Select value={lead.status} onValueChange={changeStatus}>
              <SelectTrigger>
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                {LEAD_STATUSES.map((status) => (
                  <SelectItem key={status} value={status}>
                    {status}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          </CardContent>
        </Card>
        <div className="space-y-6 lg:col-span-2">
          <LeadAiSummary leadId={lead.id} initialSummary={lead.ai_summary} />
          <LeadNotes leadId={lead.id} organizationId={lead.organization_id} />
        </div>
      </div>
    </div>
  );
};

export default LeadDetail;
