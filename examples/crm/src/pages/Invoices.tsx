import { useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { InvoiceForm } from "@/components/invoices/InvoiceForm";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";
import { formatCurrency, formatDate } from "@/lib/format";
import { getExchangeRates } from "@/services/exchangeRates";

const Invoices = () => {
  const { organizationId } = useOrganization();
  const queryClient = useQueryClient();
  const [rates, setRates] = useState<Record<string, number>>({ USD: 1 });

  useEffect(() => {
    getExchangeRates("USD").then(setRates);
  }, []);

  const { data: invoices = [], error } = useQuery({
    queryKey: ["invoices", organizationId],
    enabled: !!organizationId,
    queryFn: async () => {
      const { data, error } = await supabase
        .from("invoices")
        .select("*, companies(name)")
        .eq("organization_id", organizationId!)
        .order("issue_date", { ascending: false })
        .limit(100);
      if (error) throw error;
      return data;
    },
  });

  const markSent = async (id: string) => {
    const { error } = await supabase.from("invoices").update({ status: "sent" }).eq("id", id);
    if (error) {
      toast.error(error.message);
      return;
    }
    queryClient.invalidateQueries({ queryKey: ["invoices"] });
  };

  const remove = async (id: string) => {
    await supabase.from("invoice_items").delete().eq("invoice_id", id);
    await supabase.from("invoices").delete().eq("id", id);
    toast.success("Invoice deleted");
    queryClient.invalidateQueries({ queryKey: ["invoices"] });
  };

  const pay = async (invoice: Tables<"invoices">) => {
    const { data, error } = await supabase.functions.invoke("create-payment", {
      body: {
        invoiceId: invoice.id,
        amount: invoice.total,
        currency: invoice.currency.toLowerCase(),
        description: `Invoice ${invoice.invoice_number}`,
        returnUrl: window.location.href,
      },
    });
    if (error) {
      toast.error("The payment could not be started");
      return;
    }
    window.location.href = data.url;
  };

  const totalUsd = invoices.reduce((sum, invoice) => sum + invoice.total / (rates[invoice.currency] ?? 1), 0);

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Invoices</h1>
        {organizationId && <InvoiceForm organizationId={organizationId} />}
      </div>
      <p className="text-sm text-muted-foreground">Total: {formatCurrency(totalUsd)}</p>
      {error && <p className="text-destructive">{error.message}</p>}
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>Number</TableHead>
            <TableHead>Company</TableHead>
            <TableHead>Date</TableHead>
            <TableHead>Total</TableHead>
            <TableHead>Status</TableHead>
            <TableHead />
          </TableRow>
        </TableHeader>
        <TableBody>
          {invoices.map((invoice) => (
            <TableRow key={invoice.id}>
              <TableCell className="font-medium">{invoice.invoice_number}</TableCell>
              <TableCell>{invoice.companies?.name}</TableCell>
              <TableCell>{formatDate(invoice.issue_date)}</TableCell>
              <TableCell>{formatCurrency(invoice.total, invoice.currency)}</TableCell>
              <TableCell>
                <Badge variant={invoice.status === "paid" ? "default" : "secondary"}>{invoice.status}</Badge>
              </TableCell>
              <TableCell className="flex gap-2">
                <Button size="sm" variant="outline" onClick={() => markSent(invoice.id)}>
                  Mark as sent
                </Button>
                <Button size="sm" onClick={() => pay(invoice)} disabled={invoice.status === "paid"}>
                  Pay now
                </Button>
                <Button size="sm" variant="ghost" onClick={() => remove(invoice.id)}>
                  Delete
                </Button>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
};

export default Invoices;
