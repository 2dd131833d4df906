import { SellerDashboard } from "@/components/seller-dashboard"
import { requireProfile } from "@/lib/auth"

export default async function DashboardPage() {
  const profile = await requireProfile()
  return <SellerDashboard profile={profile} />
}
