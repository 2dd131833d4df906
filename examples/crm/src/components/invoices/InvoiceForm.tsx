import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { useAuth } from "@/contexts/AuthContext";
import { supabase } from "@/integrations/supabase/client";
import { formatCurrency } from "@/lib/format";

interface Item {
  description: string;
  quantity: number;
  unit_price: number;
}

export function InvoiceForm({ organizationId }: { organizationId: string }) {
  const { user } = useAuth();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [companies, setCompanies] = useState<{ id: string; name: string }[]>([]);
  const [companyId, setCompanyId] = useState("");
  const [items, setItems] = useState<Item[]>([{ description: "", quantity: 1, unit_price: 0 }]);

  useEffect(() => {
    if (!open) return;
    supabase
      .from("companies")
      .select("id, name")
      .eq("organization_id", organizationId)
      .order("name")
      .then(({ data }) => setCompanies(data ?? []));
  }, [open, organizationId]);

  const total = items.reduce((sum, item) => sum + item.quantity * item.unit_price, 0);

  const changeItem = (index: number, change: Partial<Item>) => {
    setItems(items.map((item, i) => (i === index ? { ...item, ...change } : item)));
  };

  const handleSave = async () => {
    const { data: invoice, error } = await supabase
      .from("invoices")
      .insert({
        organization_id: organizationId,
        company_id: companyId || null,
        invoice_number: `INV-${Date.now()}`,
        subtotal: total,
        total,
        created_by: user!.id,
      })
      .select()
      .single();
    if (error) {
      toast.error(`Could not create the invoice: ${error.message}`);
      return;
    }

    for (const item of items) {
      await supabase.from("invoice_items").insert({ ...item, invoice_id: invoice.id });
    }

    toast.success(`Invoice ${invoice.invoice_number} created`);
    queryClient.invalidateQueries({ queryKey: ["invoices"] });
    setOpen(false);
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button>New invoice</Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>New invoice</DialogTitle>
        </DialogHeader>
        <Select value={companyId} onValueChange={setCompanyId}>
          <SelectTrigger>
            <SelectValue placeholder="Company" />
          </SelectTrigger>
          <SelectContent>
            {companies.map((company) => (
              <SelectItem key={company.id} value={company.id}>
                {company.name}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
        {items.map((item, index) => (
          <div key={index} className="grid grid-cols-[1fr_5rem_7rem] gap-2">
            <Input
              placeholder="Description"
              value={item.description}
              onChange={(e) => changeItem(index, { description: e.target.value })}
            />
            <Input
              type="number"
              value={item.quantity}
              onChange={(e) => changeItem(index, { quantity: Number(e.target.value) })}
            />
            <Input
              type="number"
              step="0.01"
              value={item.unit_price}
              onChange={(e) => changeItem(index, { unit_price: Number(e.target.value) })}
            />
          </div>
        ))}
        <div className="flex items-center justify-between">
          <Button
            variant="ghost"
            size="sm"
            onClick={() => setItems([...items, { description: "", quantity: 1, unit_price: 0 }])}
          >
            <Plus /> Add line
          </Button>
          <span className="font-semibold">{formatCurrency(total)}</span>
        </div>
        <Button onClick={handleSave}>Create invoice</Button>
      </DialogContent>
    </Dialog>
  );
}
