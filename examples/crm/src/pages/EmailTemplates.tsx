import { useEffect, useState } from "react";
import { toast } from "sonner";
import { TemplatePreview } from "@/components/email/TemplatePreview";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { useAuth } from "@/contexts/AuthContext";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";
import { sendTestEmail } from "@/services/emailService";

const STARTER_TEMPLATES = [
  { name: "Introduction", subject: "Hello {{first_name}}", body_html: "<p>Hi {{first_name}},</p><p>nice to meet you!</p>" },
  { name: "Follow-up", subject: "Following up", body_html: "<p>Hi {{first_name}},</p><p>did you have time to look at our offer?</p>" },
  { name: "Thank you", subject: "Thank you!", body_html: "<p>Thank you for your trust, {{first_name}}.</p>" },
];

const EmailTemplates = () => {
  const { user } = useAuth();
  const { organizationId } = useOrganization();
  const [templates, setTemplates] = useState<Tables<"email_templates">[]>([]);
  const [current, setCurrent] = useState<Tables<"email_templates"> | null>(null);

  const loadTemplates = async () => {
    const { data } = await supabase.from("email_templates").select("*").order("name");
    setTemplates(data ?? []);
  };

  useEffect(() => {
    if (organizationId) loadTemplates();
  }, [organizationId]);

  const addStarterTemplates = async () => {
    const rows = STARTER_TEMPLATES.map((template) => ({ ...template, organization_id: organizationId!, created_by: user!.id }));
    const { error } = await supabase.from("email_templates").insert(rows);
    if (error) {
      toast.error(error.message);
      return;
    }
    loadTemplates();
  };

  const save = async () => {
    const { error } = await supabase
      .from("email_templates")
      .update({ subject: current!.subject, body_html: current!.body_html })
      .eq("id", current!.id);
    if (error) {
      console.error(error);
    }
    toast.success("Template saved");
    loadTemplates();
  };

  const sendTest = async () => {
    try {
      await sendTestEmail({ to: user!.email!, subject: current!.subject, html: current!.body_html });
      toast.success("Test e-mail sent");
    } catch (error) {
      toast.error("The test e-mail could not be sent");
    }
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">E-mail templates</h1>
        {templates.length === 0 && <Button onClick={addStarterTemplates}>Add starter templates</Button>}
      </div>
      <div className="grid gap-6 lg:grid-cols-[16rem_1fr]">
        <div className="space-y-2">
          {templates.map((template) => (
            <Button key={template.id} variant="outline" className="w-full justify-start" onClick={() => setCurrent(template)}>
              {template.name}
            </Button>
          ))}
        </div>
        {current && (
          <Card>
            <CardHeader>
              <CardTitle className="text-base">{current.name}</CardTitle>
            </CardHeader>
            <CardContent className="space-y-4">
              <Input value={current.subject} onChange={(e) => setCurrent({ ...current, subject: e.target.value })} />
              <Textarea
                rows={10}
                value={current.body_html}
                onChange={(e) => setCurrent({ ...current, body_html: e.target.value })}
              />
              <TemplatePreview html={current.body_html} values={{ first_name: "Ada", company: "Sample Ltd" }} />
              <div className="flex gap-2">
                <Button onClick={save}>Save</Button>
                <Button variant="outline" onClick={sendTest}>
                  Send test to me
                </Button>
              </div>
            </CardContent>
          </Card>
        )}
      </div>
    </div>
  );
};

export default EmailTemplates;
