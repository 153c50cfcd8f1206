import "k6";
export default function ( {
