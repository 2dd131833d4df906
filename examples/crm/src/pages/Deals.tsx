import { useState, type FormEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { DealBoard } from "@/components/deals/DealBoard";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { useAuth } from "@/contexts/AuthContext";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";

const Deals = () => {
  const { user } = useAuth();
  const { organizationId } = useOrganization();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [title, setTitle] = useState("");
  const [value, setValue] = useState("");
  const [closeDate, setCloseDate] = useState("");

  const handleSubmit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await supabase.from("deals").insert({
      title,
      value: Number(value) || 0,
      expected_close_date: closeDate || null,
      organization_id: organizationId!,
      owner_id: user!.id,
    });
    if (error) {
      toast.error(error.message);
      return;
    }
    toast.success("Deal created");
    queryClient.invalidateQueries({ queryKey: ["deals"] });
    setOpen(false);
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Deals</h1>
        <Dialog open={open} onOpenChange={setOpen}>
          <DialogTrigger asChild>
            <Button disabled={!organizationId}>New deal</Button>
          </DialogTrigger>
          <DialogContent>
            <DialogHeader>
              <DialogTitle>New deal</DialogTitle>
            </DialogHeader>
            <form onSubmit={handleSubmit} className="space-y-4">
              <div className="space-y-1">
                <Label htmlFor="title">Title</Label>
                <Input id="title" required value={title} onChange={(e) => setTitle(e.target.value)} />
              </div>
              <div className="space-y-1">
                <Label htmlFor="value">Value (USD)</Label>
                <Input id="value" type="number" min="0" value={value} onChange={(e) => setValue(e.target.value)} />
              </div>
              <div className="space-y-1">
                <Label htmlFor="close">Expected close</Label>
                <Input id="close" type="date" value={closeDate} onChange={(e) => setCloseDate(e.target.value)} />
              </div>
              <Button type="submit">Save</Button>
            </form>
          </DialogContent>
        </Dialog>
      </div>
      {organizationId && <DealBoard organizationId={organizationId} />}
    </div>
  );
};

export default Deals;
