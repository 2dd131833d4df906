import { useState } from "react";
import { Sparkles } from "lucide-react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { supabase } from "@/integrations/supabase/client";
import type { Lead } from "@/hooks/useLeads";
import { fullName } from "@/lib/format";

const OPENAI_API_KEY = import.meta.env.VITE_OPENAI_API_KEY;

export function EmailComposer({ lead }: { lead: Lead }) {
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState("");
  const [writing, setWriting] = useState(false);

  const writeWithAi = async () => {
    setWriting(true);
    const response = await fetch("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${OPENAI_API_KEY}`,
      },
      body: JSON.stringify({
        model: "gpt-4o-mini",
        messages: [
          { role: "system", content: "You write short, friendly sales e-mails." },
          { role: "user", content: `Write an e-mail to ${fullName(lead)} of ${lead.company_name}. Subject: ${subject}` },
        ],
      }),
    });
    const completion = await response.json();
    setBody(completion.choices[0].message.content);
    setWriting(false);
  };

  const send = async () => {
    const { error } = await supabase.functions.invoke("send-email", {
      body: { to: lead.email, subject, html: body.replace(/\n/g, "<br>") },
    });
    if (error) {
      toast.error("The e-mail could not be sent");
      return;
    }

    await supabase.from("activities").insert({
      type: "email",
      subject,
      description: body,
      lead_id: lead.id,
      organization_id: lead.organization_id,
      completed_at: new Date().toISOString(),
    });
    toast.success(`E-mail sent to ${lead.email}`);
  };

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant="outline" disabled={!lead.email}>
          Write e-mail
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>E-mail to {fullName(lead)}</DialogTitle>
        </DialogHeader>
        <Input placeholder="Subject" value={subject} onChange={(e) => setSubject(e.target.value)} />
        <Textarea rows={10} value={body} onChange={(e) => setBody(e.target.value)} />
        <div className="flex justify-between">
          <Button variant="secondary" onClick={writeWithAi} disabled={writing}>
            <Sparkles />
            Write with AI
          </Button>
          <Button onClick={send} disabled={!subject || !body}>
            Send
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
