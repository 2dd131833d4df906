import { useQuery } from "@tanstack/react-query";
import { supabase } from "@/integrations/supabase/client";
import { useAuth } from "@/contexts/AuthContext";

export function useOrganization() {
  const { user } = useAuth();

  const query = useQuery({
    queryKey: ["organization", user?.id],
    enabled: !!user,
    queryFn: async () => {
      const { data, error } = await supabase
        .from("organization_members")
        .select("role, organizations(id, name, slug, plan)")
        .eq("user_id", user!.id)
        .limit(1)
        .maybeSingle();
      if (error) throw error;
      return data;
    },
  });

  return {
    organization: query.data?.organizations ?? null,
    organizationId: query.data?.organizations?.id ?? null,
    role: query.data?.role ?? null,
    isLoading: query.isLoading,
  };
}
