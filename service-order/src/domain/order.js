export const isOpen = ({ status }) => !['DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'].includes(status);
//# sourceMappingURL=order.js.map
