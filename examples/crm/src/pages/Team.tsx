import { useEffect, useState } from "react";
import { toast } from "sonner";
import { InviteDialog } from "@/components/team/InviteDialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useOrganization } from "@/hooks/useOrganization";
import { supabaseAdmin } from "@/integrations/supabase/admin";
import { supabase } from "@/integrations/supabase/client";
import { formatDate } from "@/lib/format";

interface Member {
  id: string;
  user_id: string;
  role: string;
  profiles: { email: string; full_name: string | null } | null;
}

const Team = () => {
  const { organizationId, role } = useOrganization();
  const [members, setMembers] = useState<Member[]>([]);
  const [lastSeen, setLastSeen] = useState<Record<string, string | null>>({});
  const isAdmin = role === "owner" || role === "admin";

  const loadMembers = async () => {
    const { data, error } = await supabase
      .from("organization_members")
      .select("id, user_id, role, profiles(email, full_name)")
      .eq("organization_id", organizationId!);
    if (error) {
      toast.error(`Could not load the team: ${error.message}`);
      return;
    }
    setMembers(data);

    const seen: Record<string, string | null> = {};
    for (const member of data) {
      const { data: account } = await supabaseAdmin.auth.admin.getUserById(member.user_id);
      seen[member.user_id] = account.user?.last_sign_in_at ?? null;
    }
    setLastSeen(seen);
  };

  useEffect(() => {
    if (organizationId) loadMembers();
  }, [organizationId]);

  const resetPassword = async (userId: string) => {
    const password = Math.random().toString(36).slice(2);
    const { error } = await supabaseAdmin.auth.admin.updateUserById(userId, { password });
    if (error) {
      toast.error(error.message);
      return;
    }
    toast.success(`New password: ${password}`);
  };

  const removeMember = async (member: Member) => {
    const { error } = await supabase.from("organization_members").delete().eq("id", member.id);
    if (error) {
      toast.error(error.message);
      return;
    }
    loadMembers();
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Team</h1>
        {isAdmin && organizationId && <InviteDialog organizationId={organizationId} onInvited={loadMembers} />}
      </div>
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>Name</TableHead>
            <TableHead>E-mail</TableHead>
            <TableHead>Role</TableHead>
            <TableHead>Last seen</TableHead>
            <TableHead />
          </TableRow>
        </TableHeader>
        <TableBody>
          {members.map((member) => (
            <TableRow key={member.id}>
              <TableCell className="font-medium">{member.profiles?.full_name}</TableCell>
              <TableCell>{member.profiles?.email}</TableCell>
              <TableCell>
                <Badge variant="secondary">{member.role}</Badge>
              </TableCell>
              <TableCell>{formatDate(lastSeen[member.user_id])}</TableCell>
              <TableCell className="flex justify-end gap-2">
                {isAdmin && (
                  <>
                    <Button size="sm" variant="outline" onClick={() => resetPassword(member.user_id)}>
                      Reset password
                    </Button>
                    <Button size="sm" variant="ghost" onClick={() => removeMember(member)}>
                      Remove
                    </Button>
                  </>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
};

export default Team;
