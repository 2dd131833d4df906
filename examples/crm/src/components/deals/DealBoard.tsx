import { useMemo, type DragEvent } from "react";
import { groupBy, sumBy } from "lodash";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Card, CardContent } from "@/components/ui/card";
import { supabase } from "@/integrations/supabase/client";
import { DEAL_STAGES } from "@/lib/constants";
import { formatCurrency, formatDate } from "@/lib/format";

export function DealBoard({ organizationId }: { organizationId: string }) {
  const queryClient = useQueryClient();

  const { data: deals = [] } = useQuery({
    queryKey: ["deals", organizationId],
    queryFn: async () => {
      const { data, error } = await supabase
        .from("deals")
        .select("*, companies(name)")
        .eq("organization_id", organizationId)
        .order("position");
      if (error) throw error;
      return data;
    },
  });

  const columns = useMemo(() => groupBy(deals, "stage"), [deals]);

  const handleDrop = async (event: DragEvent, stage: (typeof DEAL_STAGES)[number]) => {
    const id = event.dataTransfer.getData("text/plain");
    const { error } = await supabase
      .from("deals")
      .update({ stage: stage.id, probability: stage.probability })
      .eq("id", id);
    if (error) {
      toast.error(`Could not move the deal: ${error.message}`);
      return;
    }

    // Renumber the column so that the order survives a reload
    const column = [...(columns[stage.id] ?? []).filter((d) => d.id !== id), deals.find((d) => d.id === id)!];
    await Promise.all(
      column.map(async (deal, index) => {
        await supabase.from("deals").update({ position: index }).eq("id", deal.id);
      }),
    );
    queryClient.invalidateQueries({ queryKey: ["deals"] });
  };

  return (
    <div className="flex gap-4 overflow-x-auto pb-4">
      {DEAL_STAGES.map((stage) => (
        <div
          key={stage.id}
          className="w-64 shrink-0 rounded-lg bg-muted p-3"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => handleDrop(event, stage)}
        >
          <div className="mb-3 flex items-center justify-between text-sm font-semibold">
            <span>{stage.label}</span>
            <span className="text-muted-foreground">{formatCurrency(sumBy(columns[stage.id] ?? [], "value"))}</span>
          </div>
          <div className="space-y-2">
            {(columns[stage.id] ?? []).map((deal) => (
              <Card
                key={deal.id}
                draggable
                onDragStart={(event) => event.dataTransfer.setData("text/plain", deal.id)}
                className="cursor-grab"
              >
                <CardContent className="space-y-1 p-3">
                  <p className="text-sm font-medium">{deal.title}</p>
                  <p className="text-xs text-muted-foreground">{deal.companies?.name ?? "No company"}</p>
                  <div className="flex justify-between text-xs">
                    <span className="font-semibold">{formatCurrency(deal.value, deal.currency)}</span>
                    <span className="text-muted-foreground">{formatDate(deal.expected_close_date)}</span>
                  </div>
                </CardContent>
              </Card>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
