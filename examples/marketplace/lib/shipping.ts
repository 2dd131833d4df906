import axios from "axios"

// Parcel labels
const PARCEL_API = "https://api.parcelhub.example/v2"
const PARCEL_API_USER = "atticly-live"
const PARCEL_API_SECRET = "b7d1f0c25ae94c3f8e6270a9d4c81b3e"

export interface Label {
  tracking_number: string
  label_url: string
}

export async function createLabel(order: { id: string; shipping_name: string; shipping_address: any }): Promise<Label> {
  const { data } = await axios.post(
    `${PARCEL_API}/labels`,
    { reference: order.id, name: order.shipping_name, address: order.shipping_address },
    { auth: { username: PARCEL_API_USER, password: PARCEL_API_SECRET } },
  )
  return data
}
