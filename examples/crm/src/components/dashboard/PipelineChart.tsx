import { useEffect, useState } from "react";
import { Bar, BarChart, CartesianGrid, XAxis } from "recharts";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { ChartContainer, ChartTooltip, ChartTooltipContent, type ChartConfig } from "@/components/ui/chart";
import { supabase } from "@/integrations/supabase/client";

const chartConfig = {
  total_value: { label: "Value", color: "hsl(var(--primary))" },
} satisfies ChartConfig;

export function PipelineChart({ organizationId }: { organizationId: string }) {
  const [rows, setRows] = useState<{ stage: string | null; total_value: number | null }[]>([]);

  useEffect(() => {
    const load = async () => {
      const { data } = await supabase
        .from("pipeline_summary")
        .select("stage, total_value")
        .eq("organization_id", organizationId);
      setRows(data ?? []);
    };
    load();
  }, [organizationId]);

  return (
    <Card>
      <CardHeader>
        <CardTitle className="text-base">Pipeline by stage</CardTitle>
      </CardHeader>
      <CardContent>
        <ChartContainer config={chartConfig} className="h-64 w-full">
          <BarChart data={rows}>
            <CartesianGrid vertical={false} />
            <XAxis dataKey="stage" tickLine={false} axisLine={false} />
            <ChartTooltip content={<ChartTooltipContent />} />
            <Bar dataKey="total_value" fill="var(--color-total_value)" radius={4} />
          </BarChart>
        </ChartContainer>
      </CardContent>
    </Card>
  );
}
