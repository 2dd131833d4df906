import { useState, type ChangeEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { importLeads, parseLeadCsv } from "@/services/leadImportService";

export function LeadImportDialog({ organizationId }: { organizationId: string }) {
  const [open, setOpen] = useState(false);
  const [importing, setImporting] = useState(false);
  const queryClient = useQueryClient();

  const handleFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    setImporting(true);
    try {
      const rows = parseLeadCsv(await file.text());
      const count = await importLeads(organizationId, rows);
      toast.success(`${count} leads imported`);
      setOpen(false);
    } catch (error) {
      toast.error(error instanceof Error ? error.message : "The import failed");
    } finally {
      setImporting(false);
      queryClient.invalidateQueries({ queryKey: ["leads"] });
    }
  };

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline">Import CSV</Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Import leads</DialogTitle>
          <DialogDescription>Columns: first_name, last_name, email, phone, company_name</DialogDescription>
        </DialogHeader>
        <Input type="file" accept=".csv" disabled={importing} onChange={handleFile} />
      </DialogContent>
    </Dialog>
  );
}
