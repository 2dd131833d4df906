import { ProfileForm } from "@/components/profile-form"
import { requireProfile } from "@/lib/auth"

export default async function SettingsPage() {
  const profile = await requireProfile()
  return (
    <div className="max-w-xl space-y-6">
      <h1 className="text-2xl font-semibold">Settings</h1>
      <ProfileForm profile={profile} />
    </div>
  )
}
