import { useEffect, useState } from "react";
import { AskData } from "@/components/dashboard/AskData";
import { PipelineChart } from "@/components/dashboard/PipelineChart";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import { formatCurrency } from "@/lib/format";

const Dashboard = () => {
  const { organizationId } = useOrganization();
  const [loading, setLoading] = useState(true);
  const [counts, setCounts] = useState({ leads: 0, deals: 0, pipeline: 0, revenue: 0 });

  useEffect(() => {
    if (!organizationId) return;

    const fetchStats = async () => {
      try {
        const { data: totals, error } = await supabase
          .rpc("dashboard_counts", { _org_id: organizationId })
          .single();
        if (error) throw error;

        const { data: invoices } = await supabase.from("invoices").select("*").eq("status", "paid");
        const revenue = (invoices ?? []).reduce((sum, invoice) => sum + invoice.total, 0);

        setCounts({
          leads: totals.lead_count,
          deals: totals.open_deal_count,
          pipeline: totals.open_deal_value,
          revenue,
        });
      } catch (error) {
        console.log("Error fetching stats:", error);
      } finally {
        setLoading(false);
      }
    };
    fetchStats();
  }, [organizationId]);

  const stats = [
    { label: "Leads", value: String(counts.leads) },
    { label: "Open deals", value: String(counts.deals) },
    { label: "Pipeline", value: formatCurrency(counts.pipeline) },
    { label: "Revenue", value: formatCurrency(counts.revenue) },
  ];

  return (
    <div className="space-y-6">
      <h1 className="text-3xl font-bold">Dashboard</h1>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {stats.map((stat) => (
          <Card key={stat.label}>
            <CardHeader className="pb-2">
              <CardTitle className="text-sm font-medium text-muted-foreground">{stat.label}</CardTitle>
            </CardHeader>
            <CardContent>
              {loading ? <Skeleton className="h-8 w-24" /> : <p className="text-2xl font-bold">{stat.value}</p>}
            </CardContent>
          </Card>
        ))}
      </div>
      {organizationId && (
        <>
          <AskData organizationId={organizationId} />
          <PipelineChart organizationId={organizationId} />
        </>
      )}
    </div>
  );
};

export default Dashboard;
