import { BuyerOrders } from "@/components/buyer-orders"
import { SellerOrders } from "@/components/seller-orders"
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs"
import { requireProfile } from "@/lib/auth"

export default async function OrdersPage() {
  const profile = await requireProfile()

  return (
    <Tabs defaultValue="bought">
      <TabsList>
        <TabsTrigger value="bought">Bought</TabsTrigger>
        <TabsTrigger value="sold">Sold</TabsTrigger>
      </TabsList>
      <TabsContent value="bought">
        <BuyerOrders userId={profile.id} />
      </TabsContent>
      <TabsContent value="sold">
        <SellerOrders userId={profile.id} />
      </TabsContent>
    </Tabs>
  )
}
