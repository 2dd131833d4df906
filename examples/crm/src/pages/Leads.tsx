import { useDeferredValue, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { LeadBulkActions } from "@/components/leads/LeadBulkActions";
import { LeadForm } from "@/components/leads/LeadForm";
import { LeadImportDialog } from "@/components/leads/LeadImportDialog";
import { LeadTable } from "@/components/leads/LeadTable";
import { Input } from "@/components/ui/input";
import { useLeads } from "@/hooks/useLeads";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import { fullName } from "@/lib/format";

const Leads = () => {
  const { organizationId } = useOrganization();
  const { data: leads = [], isLoading, error } = useLeads(organizationId);
  const queryClient = useQueryClient();
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<string[]>([]);
  const needle = useDeferredValue(search).toLowerCase();

  const visible = leads.filter((lead) => `${fullName(lead)} ${lead.email} ${lead.company_name}`.toLowerCase().includes(needle));

  const toggle = (id: string) => {
    setSelected(selected.includes(id) ? selected.filter((s) => s !== id) : [...selected, id]);
  };

  const handleDelete = async (id: string) => {
    await supabase.from("leads").delete().eq("id", id);
    toast.success("Lead deleted");
    queryClient.invalidateQueries({ queryKey: ["leads"] });
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Leads</h1>
        {organizationId && (
          <div className="flex gap-2">
            <LeadImportDialog organizationId={organizationId} />
            <LeadForm organizationId={organizationId} />
          </div>
        )}
      </div>
      <Input className="max-w-sm" placeholder="Search leads…" value={search} onChange={(e) => setSearch(e.target.value)} />
      <LeadBulkActions selected={selected} onDone={() => setSelected([])} />
      {error && <p className="text-destructive">The leads could not be loaded: {error.message}</p>}
      {isLoading ? <p>Loading…</p> : <LeadTable leads={visible} selected={selected} onToggle={toggle} onDelete={handleDelete} />}
    </div>
  );
};

export default Leads;
