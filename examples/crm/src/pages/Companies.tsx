import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";

type CompanyWithCounts = Tables<"companies"> & { contactCount: number; dealCount: number };

const Companies = () => {
  const { organizationId } = useOrganization();
  const [companies, setCompanies] = useState<CompanyWithCounts[]>([]);
  const [name, setName] = useState("");

  const fetchCompanies = async () => {
    const { data, error } = await supabase.from("companies").select("*").order("name");
    if (error) {
      toast.error("Could not load the companies");
      return;
    }

    const withCounts = await Promise.all(
      data.map(async (company) => {
        const { count: contactCount } = await supabase
          .from("contacts")
          .select("id", { count: "exact", head: true })
          .eq("company_id", company.id);
        const { count: dealCount } = await supabase
          .from("deals")
          .select("id", { count: "exact", head: true })
          .eq("company_id", company.id);
        return { ...company, contactCount: contactCount ?? 0, dealCount: dealCount ?? 0 };
      }),
    );
    setCompanies(withCounts);
  };

  useEffect(() => {
    if (organizationId) fetchCompanies();
  }, [organizationId]);

  const addCompany = async () => {
    const { error } = await supabase.from("companies").insert({ name, organization_id: organizationId! });
    if (error) {
      toast.error(error.message);
      return;
    }
    setName("");
    fetchCompanies();
  };

  const enrich = async () => {
    const { data, error } = await supabase.functions.invoke("enrich-companies", { body: { organizationId } });
    if (error) {
      toast.error("Enrichment failed");
      return;
    }
    toast.success(`${data.enriched} companies enriched`);
    fetchCompanies();
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Companies</h1>
        <div className="flex gap-2">
          <Input placeholder="Company name" value={name} onChange={(e) => setName(e.target.value)} />
          <Button onClick={addCompany} disabled={!name.trim()}>
            Add
          </Button>
          <Button variant="outline" onClick={enrich}>
            Enrich
          </Button>
        </div>
      </div>
      <div className="grid gap-4 md:grid-cols-2 lg:grid-cols-3">
        {companies.map((company) => (
          <Card key={company.id}>
            <CardHeader>
              <CardTitle className="text-base">{company.name}</CardTitle>
            </CardHeader>
            <CardContent className="text-sm text-muted-foreground">
              <p>{company.industry ?? "Unknown industry"}</p>
              <p>
                {company.contactCount} contacts · {company.dealCount} deals
              </p>
            </CardContent>
          </Card>
        ))}
      </div>
    </div>
  );
};

export default Companies;
