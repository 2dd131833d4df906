import { PayoutForm } from "@/components/payout-form"
import { requireProfile } from "@/lib/auth"
import { formatDate, formatPrice } from "@/lib/format"
import { createClient } from "@/lib/supabase/server"

export default async function PayoutsPage() {
  const profile = await requireProfile()
  const supabase = await createClient()
  const { data: payouts } = await supabase
    .from("payouts")
    .select("id, amount, status, created_at")
    .eq("seller_id", profile.id)
    .order("created_at", { ascending: false })
    .limit(100)

  return (
    <div className="max-w-xl space-y-6">
      <h1 className="text-2xl font-semibold">Payouts</h1>
      <p>
        Your balance: <strong>{formatPrice(profile.payout_balance)}</strong>
      </p>
      <PayoutForm balance={profile.payout_balance} />
      <ul className="divide-y rounded-lg border">
        {payouts?.map((payout) => (
          <li key={payout.id} className="flex justify-between p-4 text-sm">
            <span>{formatDate(payout.created_at)}</span>
            <span>{payout.status}</span>
            <span className="font-medium">{formatPrice(payout.amount)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
