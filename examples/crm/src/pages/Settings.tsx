import { useEffect, useState, type ChangeEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { useAuth } from "@/contexts/AuthContext";
import { useOrganization } from "@/hooks/useOrganization";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";

const Settings = () => {
  const { user } = useAuth();
  const { organizationId, organization } = useOrganization();
  const [profile, setProfile] = useState<Tables<"profiles"> | null>(null);
  const [countries, setCountries] = useState<Tables<"countries">[]>([]);
  const [country, setCountry] = useState("US");
  const [orgName, setOrgName] = useState("");

  useEffect(() => {
    if (!user) return;
    const load = async () => {
      const { data: profileData } = await supabase.from("profiles").select("*").eq("id", user.id).single();
      setProfile(profileData);
      const { data: countryData } = await supabase.from("countries").select("*").order("name");
      setCountries(countryData ?? []);
    };
    load();
  }, [user]);

  const saveProfile = async () => {
    const { error } = await supabase.from("profiles").update(profile!).eq("id", user!.id);
    if (error) {
      toast.error(error.message);
      return;
    }
    toast.success("Profile saved");
  };

  const uploadAvatar = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    const path = `${user!.id}/${file.name}`;
    const { error } = await supabase.storage.from("avatars").upload(path, file, { upsert: true });
    if (error) {
      toast.error(error.message);
      return;
    }
    const { data } = supabase.storage.from("avatars").getPublicUrl(path);
    setProfile({ ...profile!, avatar_url: data.publicUrl });
  };

  const saveOrganization = async () => {
    try {
      if (organizationId) {
        await supabase.from("organizations").update({ name: orgName }).eq("id", organizationId);
      } else {
        const slug = orgName.toLowerCase().replace(/[^a-z0-9]+/g, "-");
        const { error } = await supabase.rpc("create_organization", { _name: orgName, _slug: slug });
        if (error) throw error;
      }
      toast.success("Organization saved");
    } catch (error) {
      toast.error(error instanceof Error ? error.message : "Could not save the organization");
    }
  };

  return (
    <div className="max-w-2xl space-y-6">
      <h1 className="text-3xl font-bold">Settings</h1>
      <Card>
        <CardHeader>
          <CardTitle className="text-base">Profile</CardTitle>
        </CardHeader>
        <CardContent className="space-y-4">
          <div className="space-y-1">
            <Label htmlFor="name">Full name</Label>
            <Input
              id="name"
              value={profile?.full_name ?? ""}
              onChange={(e) => setProfile({ ...profile!, full_name: e.target.value })}
            />
          </div>
          <div className="space-y-1">
            <Label htmlFor="avatar">Avatar</Label>
            <Input id="avatar" type="file" accept="image/*" onChange={uploadAvatar} />
          </div>
          <Select value={country} onValueChange={setCountry}>
            <SelectTrigger>
              <SelectValue placeholder="Country" />
            </SelectTrigger>
            <SelectContent>
              {countries.map((c) => (
                <SelectItem key={c.code} value={c.code}>
                  {c.name} ({c.dial_code})
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          <Button onClick={saveProfile} disabled={!profile}>
            Save
          </Button>
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle className="text-base">Organization</CardTitle>
        </CardHeader>
        <CardContent className="space-y-4">
          <Input placeholder={organization?.name ?? "Name"} value={orgName} onChange={(e) => setOrgName(e.target.value)} />
          <Button onClick={saveOrganization} disabled={!orgName.trim()}>
            {organizationId ? "Rename" : "Create organization"}
          </Button>
        </CardContent>
      </Card>
    </div>
  );
};

export default Settings;
