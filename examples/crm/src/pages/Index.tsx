import { Link, Navigate } from "react-router-dom";
import { ArrowRight, Kanban, Mail, Target } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useAuth } from "@/contexts/AuthContext";

const features = [
  { icon: Target, title: "Leads", text: "Collect leads from your website and score them." },
  { icon: Kanban, title: "Deals", text: "Drag deals through a pipeline everybody understands." },
  { icon: Mail, title: "E-mails", text: "Write better follow-ups with the help of AI." },
];

const Index = () => {
  const { user, loading } = useAuth();

  if (!loading && user) {
    return <Navigate to="/dashboard" replace />;
  }

  return (
    <div className="mx-auto flex min-h-screen max-w-4xl flex-col items-center justify-center gap-10 p-6 text-center">
      <div className="space-y-4">
        <h1 className="text-5xl font-bold">Leadloom</h1>
        <p className="text-xl text-muted-foreground">The CRM your small sales team will actually use.</p>
        <Button asChild size="lg">
          <Link to="/login">
            Get started <ArrowRight />
          </Link>
        </Button>
      </div>
      <div className="grid gap-6 md:grid-cols-3">
        {features.map((feature) => (
          <div key={feature.title} className="rounded-lg border bg-card p-6">
            <feature.icon className="mx-auto mb-3 h-8 w-8 text-primary" />
            <h2 className="font-semibold">{feature.title}</h2>
            <p className="text-sm text-muted-foreground">{feature.text}</p>
          </div>
        ))}
      </div>
    </div>
  );
};

export default Index;
